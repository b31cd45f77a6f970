using Lab.Manager.Database;

namespace Lab.Manager.Link;

internal static class LinkComposition
{
    /// <summary>A connection is given up when its pings stay unanswered this long.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(10);

    public static IServiceCollection AddLink(this IServiceCollection services) => services
        .AddMigrations<LinkMigrations>()
        .AddSingleton<EnrolmentTokens>()
        .AddSingleton<NodeStatusBoard>()
        .AddSingleton<AgentRegistry>()
        .AddSingleton<NodeRegistrar>()
        .Configure<WebSocketOptions>(options => (options.KeepAliveInterval, options.KeepAliveTimeout) = (KeepAlive, KeepAlive));

    public static WebApplication MapAgentLink(this WebApplication app)
    {
        app.MapEnrolment();
        app.MapLink();
        return app;
    }
}
