namespace Lab.Emulators.Bmc.Device;

/// <summary>The certificate that databases of a new machine hold. Nobody has its key: it is there to be read and deleted.</summary>
internal static class SecureBootDefaults
{
    internal const string Certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBljCCAT2gAwIBAgIUNjVwWXyxbF5+qVjuvMf7v+U2HAMwCgYIKoZIzj0EAwIw
        IDEeMBwGA1UEAwwVRW11bGF0ZWQgcGxhdGZvcm0ga2V5MCAXDTI2MTEyNjAyMjYy
        OFoYDzIxMjYxMTAyMDIyNjI4WjAgMR4wHAYDVQQDDBVFbXVsYXRlZCBwbGF0Zm9y
        bSBrZXkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASsm8aKqwpz/acsyc+fMuKp
        /1jWwW9LkWNSJ1ysTTXa8imFGLQgAl0ItrYexcljSsojKPJgbXq7UpTDDsFG+UrL
        o1MwUTAdBgNVHQ4EFgQUZDzYtAP7FGY9V2vzSYK6pKFnwQUwHwYDVR0jBBgwFoAU
        ZDzYtAP7FGY9V2vzSYK6pKFnwQUwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQD
        AgNHADBEAiBTcewnRMTwb5MwcS7srTDpqYWiVTEY+einUoR5jrDCuwIgIZ89kfnt
        KEPZZgWX6Yu4JH33fUsEqVD5my8Y0rKgSUA=
        -----END CERTIFICATE-----

        """;
}
