using Lab.Manager.Database;
using Lab.Manager.Hosting;

namespace Lab.Manager.Identity;

internal static class IdentityComposition
{
    public static IServiceCollection AddIdentity(this IServiceCollection services) => services
        .AddMigrations<IdentityMigrations>()
        .AddSingleton<IdentityDirectory>()
        .AddSingleton<TokenStore>()
        .AddSingleton<LoginBackoff>()
        .AddSingleton<PasswordLogin>()
        .AddSingleton<TokenAuthenticator>()
        .AddSingleton<ITokenAuthenticator>(provider => provider.GetRequiredService<TokenAuthenticator>())
        // Hashes the passwords before the first request comes.
        .AddStartupTask<IdentityDirectory>(StartupOrder.Seed, (_, _) => Task.CompletedTask);
}
