using System.Text.Json;
using System.Text.Json.Nodes;
using Lab.Interop.Libvirt;

namespace Lab.Emulators.Host.Pcie;

/// <summary>QMP commands to the host's QEMU by way of libvirt (https://www.qemu.org/docs/master/interop/qmp-spec.html).</summary>
internal static class QemuMonitor
{
    /// <returns>What stands in <c>return</c>.</returns>
    /// <exception cref="QemuMonitorException">QEMU refused.</exception>
    /// <exception cref="LibvirtException">The command did not reach QEMU.</exception>
    internal static JsonElement Execute(LibvirtDomain domain, string command, JsonObject? arguments = null)
    {
        var request = new JsonObject { ["execute"] = command };
        if (arguments is not null)
            request["arguments"] = arguments;
        using var answer = JsonDocument.Parse(domain.QemuMonitorCommand(request.ToJsonString()));
        if (answer.RootElement.TryGetProperty("return", out var result))
            return result.Clone();
        throw new QemuMonitorException(command, answer.RootElement.GetProperty("error").GetProperty("desc").GetString() ?? "no reason given");
    }

    /// <returns>False when QEMU refused.</returns>
    /// <exception cref="LibvirtException">The command did not reach QEMU.</exception>
    internal static bool TryExecute(LibvirtDomain domain, string command, JsonObject arguments)
    {
        try
        {
            Execute(domain, command, arguments);
            return true;
        }
        catch (QemuMonitorException)
        {
            return false;
        }
    }

    /// <returns>Names of the objects at <paramref name="path"/> and their types.</returns>
    internal static IEnumerable<(string Name, string Type)> ListObjects(LibvirtDomain domain, string path) =>
        Execute(domain, "qom-list", new JsonObject { ["path"] = path }).EnumerateArray()
            .Select(child => (child.GetProperty("name").GetString()!, child.GetProperty("type").GetString()!));

    internal static JsonElement GetProperty(LibvirtDomain domain, string path, string property) =>
        Execute(domain, "qom-get", new JsonObject { ["path"] = path, ["property"] = property });
}

/// <summary>QEMU refused a command.</summary>
internal sealed class QemuMonitorException(string command, string reason) : PcieException(IoError, $"QEMU: {command}: {reason}");
