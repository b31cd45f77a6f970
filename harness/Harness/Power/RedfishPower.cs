using System.Net;
using System.Net.Http;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Harness.Launch;
using Lab.Interop.Linux;

namespace Lab.Harness.Power;

/// <summary>Redfish's ComputerSystem.Reset (DSP0266), over the management network or over the sideband.</summary>
public sealed class RedfishPower : IPowerFront
{
    private readonly HttpClient http;
    private readonly string system;
    private readonly string reset;

    private RedfishPower(string name, HttpClient http, JsonElement system)
    {
        Name = name;
        this.http = http;
        this.system = system.GetProperty("@odata.id").GetString()!;
        reset = system.GetProperty("Actions").GetProperty("#ComputerSystem.Reset").GetProperty("target").GetString()!;
    }

    public string Name { get; }

    /// <summary>As an operator comes: from the management network, with a password.</summary>
    public static Task<RedfishPower> OverManagementAsync(
        NetworkNamespace network, IPAddress bmc, NodePaths files, TestbedSecrets secrets, CancellationToken token) =>
        OpenAsync("redfish", BmcHttp.CreateClient(
            network, bmc, BmcHttp.Basic(TestbedSecrets.BmcUser, secrets.BmcPassword), BmcHttp.FingerprintOf(files.BmcCertificate)), token);

    /// <summary>As the DPU comes: from its own network, with the credentials that the system interface gives (DSP0270 §10).</summary>
    /// <param name="soc">Network namespace of the SoC.</param>
    public static async Task<RedfishPower> OverSidebandAsync(
        NetworkNamespace soc, IPAddress bmc, NodePaths files, CancellationToken token)
    {
        var bootstrap = await BootstrapLogin.AskAsync(files.IpmiSocket, token);
        return await OpenAsync("sideband", BmcHttp.CreateClient(
            soc, bmc, BmcHttp.Basic(bootstrap.UserName, bootstrap.Password), bootstrap.Fingerprint), token);
    }

    public Task SwitchOnAsync(CancellationToken token) => ResetAsync("On", token);

    public Task ResetAsync(CancellationToken token) => ResetAsync("ForceRestart", token);

    public Task ShutDownAsync(CancellationToken token) => ResetAsync("GracefulShutdown", token);

    public async Task<bool> IsOnAsync(CancellationToken token) =>
        (await http.GetJsonAsync(system, token)).GetProperty("PowerState").GetString() == "On";

    public void Dispose() => http.Dispose();

    private static async Task<RedfishPower> OpenAsync(string name, HttpClient http, CancellationToken token)
    {
        try
        {
            return new RedfishPower(name, http, await http.GetSystemAsync(token));
        }
        catch (Exception e)
        {
            http.Dispose();
            throw e is HttpRequestException ? new PowerFrontException(name, e.Message, e) : e;
        }
    }

    private async Task ResetAsync(string type, CancellationToken token)
    {
        try
        {
            using var answer = await http.PostAsJsonAsync(reset, new JsonObject { ["ResetType"] = type }, token);
            if (!answer.IsSuccessStatusCode)
                throw new PowerFrontException(Name, $"{type}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(token)}");
        }
        catch (HttpRequestException e)
        {
            throw new PowerFrontException(Name, $"{type}: {e.Message}", e);
        }
    }
}
