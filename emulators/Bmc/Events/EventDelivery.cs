using System.Net.Http.Headers;
using Lab.Emulators.Bmc.Device;
using Lab.Emulators.Bmc.Media;
using Lab.Emulators.Bmc.Redfish;

namespace Lab.Emulators.Bmc.Events;

/// <summary>One POST of one event.</summary>
internal static class EventDelivery
{
    private static readonly TimeSpan SendTime = TimeSpan.FromSeconds(10);

    /// <returns>Null when it was taken, else why not.</returns>
    internal static async Task<string?> TrySendAsync(
        UrlGuard guard, EventSubscription subscription, DeviceEvent happened, TimeProvider time, CancellationToken token)
    {
        using var late = new CancellationTokenSource(SendTime, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(token, late.Token);
        try
        {
            using var client = guard.CreateClient(subscription.VerifyCertificate);
            using var request = new HttpRequestMessage(HttpMethod.Post, guard.Check(subscription.Destination));
            request.Content = new ByteArrayContent(RedfishResponse.ToBytes(EventJson.Of(happened, subscription.Context)));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            foreach (var (name, value) in subscription.Headers)
                request.Headers.TryAddWithoutValidation(name, value);
            using var response = await client.SendAsync(request, both.Token);
            return response.IsSuccessStatusCode ? null : $"answered {(int)response.StatusCode}";
        }
        catch (Exception e) when (e is HttpRequestException or MediaException or IOException || (e is OperationCanceledException && !token.IsCancellationRequested))
        {
            return e.Message;
        }
    }
}
