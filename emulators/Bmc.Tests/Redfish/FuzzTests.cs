using System.Net;
using System.Text;
using Lab.Emulators.Bmc.Tests.Testbed;

namespace Lab.Emulators.Bmc.Tests.Redfish;

/// <summary>Nonsense never crashes the service, leaks a session or changes state.</summary>
public sealed class FuzzTests
{
    private const int Bodies = 10_000;
    private static readonly string[] Seeds =
    [
        """{"ResetType":"On"}""", """{"Boot":{"BootSourceOverrideEnabled":"Once","BootSourceOverrideTarget":"Pxe"}}""",
        """{"UserName":"admin","Password":"wrong"}""", """{"Image":"http://192.0.2.1/a.iso"}""", """{"Attributes":{"QuietBoot":true}}""",
        """{"Destination":"http://192.0.2.1/","Protocol":"Redfish","HttpHeaders":[{"a":"b"}]}""",
    ];

    private static readonly (HttpMethod Method, string Path)[] Targets =
    [
        (HttpMethod.Patch, SimulatedBmc.System), (HttpMethod.Patch, SimulatedBmc.System + "/Bios/Settings"), (HttpMethod.Patch, "/redfish/v1/AccountService"),
        (HttpMethod.Post, SimulatedBmc.System + "/Actions/ComputerSystem.Reset"), (HttpMethod.Post, SimulatedBmc.System + "/VirtualMedia/Cd/Actions/VirtualMedia.InsertMedia"),
        (HttpMethod.Post, "/redfish/v1/EventService/Subscriptions"), (HttpMethod.Post, "/redfish/v1/UpdateService/upload"), (HttpMethod.Post, "/redfish/v1/AccountService/Accounts"),
        (HttpMethod.Post, "/redfish/v1/SessionService/Sessions"), (HttpMethod.Patch, "/redfish/v1/Managers/1/NetworkProtocol"),
    ];

    [Fact]
    public async Task Bodies_Broken_AreAnsweredAndChangeNothing()
    {
        await using var bmc = await SimulatedBmc.StartAsync();
        var random = new Random(7);
        var before = bmc.Instance.Device.State;
        var slow = 0;
        for (var i = 0; i < Bodies; i++)
        {
            var (method, path) = Targets[random.Next(Targets.Length)];
            using var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(Break(random)) };
            request.Content.Headers.TryAddWithoutValidation("Content-Type", random.Next(50) == 0 ? "text/plain" : "application/json");
            using var response = await bmc.Client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.True((int)response.StatusCode is >= 400 and < 500, $"{method} {path}: {(int)response.StatusCode}");
            slow += response.StatusCode == HttpStatusCode.Unauthorized ? 1 : 0;
        }
        Assert.Same(before, bmc.Instance.Device.State);
        Assert.Empty(bmc.Instance.Sessions.All);
        Assert.Single(bmc.Instance.Accounts.All);
        Assert.Equal(0, slow);
    }

    // Every mutation leaves something that is no JSON object, or one with a stray name: never a request that means something.
    private static byte[] Break(Random random)
    {
        var bytes = Encoding.UTF8.GetBytes(Seeds[random.Next(Seeds.Length)]);
        switch (random.Next(5))
        {
            case 0:
                return bytes[..random.Next(bytes.Length)];
            case 1:
                bytes[0] = (byte)random.Next(256);
                return bytes[0] == '{' ? [] : bytes;
            case 2:
                var noise = new byte[random.Next(300)];
                random.NextBytes(noise);
                return noise;
            case 3:
                return Encoding.UTF8.GetBytes(new string('[', random.Next(1, 3000)));
            default:
                return [.. "{\"x\":"u8, .. bytes, (byte)'}'];
        }
    }
}
