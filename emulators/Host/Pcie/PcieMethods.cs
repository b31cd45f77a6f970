using System.Text.Json;
using Lab.Protocols.JsonRpc;

namespace Lab.Emulators.Host.Pcie;

/// <summary>The JSON-RPC methods of the PCIe service: <c>pcie_plug</c>, <c>pcie_unplug</c>, <c>pcie_list</c>.</summary>
internal static class PcieMethods
{
    internal static JsonRpcMethods Create(PcieBus bus) => new JsonRpcMethods()
        .Add("pcie_plug", PcieJson.Default.PlugParameters, PcieJson.Default.PlugAnswer, async (parameters, token) =>
        {
            var plugged = await AnswerAsync(() => bus.PlugAsync(parameters.ToFunction(), token));
            return new PlugAnswer(plugged.Slot, plugged.PciAddress, plugged.Mechanism);
        })
        .Add("pcie_unplug", PcieJson.Default.UnplugParameters, PcieJson.Default.UnplugAnswer, async (parameters, token) =>
            new UnplugAnswer(await AnswerAsync(() => bus.UnplugAsync(parameters.Id, token))))
        .Add("pcie_list", async (_, token) => JsonSerializer.SerializeToNode(
            [.. (await AnswerAsync(() => bus.ListAsync(token))).Select(ToLine)], PcieJson.Default.FunctionLineArray));

    private static FunctionLine ToLine(FunctionStatus status)
    {
        var function = status.Placed.Function;
        return new FunctionLine(
            function.Id,
            function.Type,
            status.Placed.Slot,
            status.PciAddress,
            JsonNamingPolicy.SnakeCaseLower.ConvertName(status.Presence.ToString()),
            status.Mechanism);
    }

    private static async Task<T> AnswerAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (PcieException e)
        {
            throw new JsonRpcException(e.Code, e.Message);
        }
    }
}
