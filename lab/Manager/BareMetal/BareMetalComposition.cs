using Lab.Manager.Database;

namespace Lab.Manager.BareMetal;

internal static class BareMetalComposition
{
    public static IServiceCollection AddBareMetal(this IServiceCollection services) => services
        .AddMigrations<BareMetalMigrations>();
}
