using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Profiles;

namespace Lab.Emulators.Bmc.Media;

/// <summary>Runs firmware updates: a task in the device state, an image fetched and dropped, an end after <paramref name="applyTime"/>.</summary>
internal sealed class FirmwareUpdater(DeviceController device, UrlGuard guard, TimeSpan applyTime, TimeProvider time)
{
    internal const long ImageBytesMax = 512L * 1024 * 1024;
    private static readonly TimeSpan FetchTime = TimeSpan.FromMinutes(5);

    /// <exception cref="MediaException">The URL is none that may be used.</exception>
    internal async Task<DeviceTask> FetchAndApplyAsync(
        string url, string? userName, string? password, string? version, IReadOnlyList<FirmwareProfile> targets, CancellationToken token)
    {
        var uri = guard.Check(url);
        var task = await BeginAsync(version, targets, FetchTime + applyTime, token);
        _ = FetchAsync();
        return task;

        async Task FetchAsync()
        {
            using var late = new CancellationTokenSource(FetchTime, time);
            string? error = null;
            try
            {
                await FetchedImage.DropAsync(guard, uri, userName, password, ImageBytesMax, late.Token);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or MediaException)
            {
                error = $"{url}: {e.Message}";
            }
            await ChangeAsync(task.Id, running => error is null
                ? running with { Ends = time.GetUtcNow() + applyTime }
                : running with { Ends = time.GetUtcNow(), State = DeviceTaskState.Exception, Error = error });
        }
    }

    internal Task<DeviceTask> ApplyAsync(string? version, IReadOnlyList<FirmwareProfile> targets, CancellationToken token) =>
        BeginAsync(version, targets, applyTime, token);

    private async Task<DeviceTask> BeginAsync(string? version, IReadOnlyList<FirmwareProfile> targets, TimeSpan duration, CancellationToken token)
    {
        DeviceTask? task = null;
        await device.ConfigureAsync(
            state =>
            {
                var firmware = targets.Select(target => KeyValuePair.Create(target.Id, target.NeedsReset));
                var next = DeviceMachine.Begin(
                    state, "Update of " + string.Join(", ", targets.Select(target => target.Id)), firmware, version ?? targets[0].Version, duration, time.GetUtcNow());
                task = next.Tasks[^1];
                return next;
            },
            token);
        return task!;
    }

    private Task ChangeAsync(string id, Func<DeviceTask, DeviceTask> change) => device.ConfigureAsync(
        state => state.Tasks.Find(task => task.Id == id && task.State == DeviceTaskState.Running) is { } running
            ? state with { Tasks = state.Tasks.Replace(running, change(running)) }
            : state,
        CancellationToken.None);
}
