using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Lab.Emulators.Bmc.Redfish;

namespace Lab.Emulators.Bmc.Events;

/// <summary>Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) on an open response.</summary>
internal static class EventStream
{
    /// <summary>A comment goes out this often, so that a listener that went away is noticed.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    internal static async Task WriteAsync(HttpResponse response, ChannelReader<DeviceEvent> events, TimeProvider time, CancellationToken token)
    {
        response.ContentType = "text/event-stream";
        await SendAsync(response, ": listening\n\n", token);
        var waiting = events.WaitToReadAsync(token).AsTask();
        while (true)
        {
            if (await Task.WhenAny(waiting, Task.Delay(KeepAlive, time, token)) != waiting)
            {
                await SendAsync(response, ": \n\n", token);
                continue;
            }
            if (!await waiting)
                return;
            while (events.TryRead(out var happened))
            {
                var json = Encoding.UTF8.GetString(RedfishResponse.ToBytes(EventJson.Of(happened, context: null)));
                await SendAsync(response, string.Create(CultureInfo.InvariantCulture, $"id: {happened.Sequence}\ndata: {json}\n\n"), token);
            }
            waiting = events.WaitToReadAsync(token).AsTask();
        }
    }

    private static async Task SendAsync(HttpResponse response, string text, CancellationToken token)
    {
        await response.WriteAsync(text, token);
        await response.Body.FlushAsync(token);
    }
}
