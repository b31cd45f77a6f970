using Lab.Manager.Database;
using Lab.Manager.Hosting;

namespace Lab.Manager.Images;

internal static class ImagesComposition
{
    public static IServiceCollection AddImages(this IServiceCollection services) => services
        .AddMigrations<ImageMigrations>()
        .AddSingleton<ImageStore>()
        .AddSingleton<IImageService>(provider => provider.GetRequiredService<ImageStore>())
        .AddSingleton<ImageFiles>()
        .AddSingleton<QemuImg>()
        .AddSingleton<ImageUpload>()
        .AddSingleton<ImageRemoval>()
        .AddHostedService(provider => provider.GetRequiredService<ImageRemoval>())
        .AddStartupTask<ImageStore>(StartupOrder.Resume, (images, token) => images.RequeueAsync(token))
        .AddStartupTask<ImageFiles>(StartupOrder.Resume, (files, _) =>
        {
            files.RemoveLeftovers();
            return Task.CompletedTask;
        });
}
