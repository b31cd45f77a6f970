using Lab.Manager.Configuration;

namespace Lab.Manager.Pki;

internal static class PkiComposition
{
    public static IServiceCollection AddPki(this IServiceCollection services) => services
        .AddSingleton(provider => CertificateAuthority.Open(
            provider.GetRequiredService<ManagerOptions>().StateDirectory, provider.GetRequiredService<TimeProvider>()));
}
