using Lab.Agent.Dpu;
using Lab.Agent.Network;
using Lab.Agent.Reconcile;
using Lab.Contracts.Link;

namespace Lab.Agent.Tests.Reconcile;

/// <summary>An order that a DPU refuses, or that no agent may give.</summary>
public sealed class WrongOrderException(string message) : Exception(message);

/// <summary>
/// A DPU, its host's power and Open vSwitch in memory, as strict as SNAP-4: each action changes the state as the real thing would, and
/// one out of order throws.
/// </summary>
public sealed class ModelDpu
{
    private readonly List<ObservedBdev> bdevs = [];
    private readonly List<ObservedController> controllers = [];
    private readonly List<string> functions = [];
    private readonly List<ObservedNic> nics = [];
    private readonly List<ObservedPort> ports = [];
    private readonly Dictionary<Subject, string> made = [];
    private readonly SortedDictionary<int, string> slots = [];
    private FlowSet? flows;
    private bool ready;
    private int last;

    public PowerState Power { get; set; }

    /// <summary>Functions by slot, lowest first: what the firmware enumerates.</summary>
    public IEnumerable<string> Slots => slots.Values;
    public FlowSet? Flows => flows;

    public Observed Observe() => new(
        Power,
        new ObservedDpu([.. bdevs], [.. controllers], [.. functions.Where(f => controllers.All(c => c.Vuid != f))], [.. nics]),
        new ObservedNetwork(ready, ready ? 1 : 0, [.. ports], flows?.Hash, flows?.Flows.Count ?? 0));

    /// <summary>Open vSwitch was started again: its ports come back by themselves, flows do not.</summary>
    public void RestartSwitch() => flows = null;

    /// <summary>A new plan begins: what one action hands to the next is forgotten.</summary>
    public void NewPlan() => made.Clear();

    public void Do(AgentAction action)
    {
        switch (action)
        {
            case PowerOff: Power = PowerState.Off; break;
            case PowerOn: Power = PowerState.On; break;
            case EnsureBridges: ready = true; break;
            case ReplaceFlows replace: flows = replace.Flows; break;
            case ConnectVolume connect: AddBdev(new ObservedBdev(DpuNames.VolumeBdev(connect.Volume), null, new VolumeQos(0, 0))); break;
            case MakeConfigDrive make: AddBdev(new ObservedBdev(make.Bdev, make.FileName, new VolumeQos(0, 0))); break;
            case SetVolumeQos limit: bdevs[Bdev(limit.Bdev)] = bdevs[Bdev(limit.Bdev)] with { Qos = limit.Qos }; break;
            case DeleteBdev delete: Delete(delete.Bdev); break;
            case CreateFunction create: functions.Add(made[create.Subject] = $"VUID{++last}"); break;
            case CreateController create: Create(create); break;
            case Hotplug plug: Plug(plug.Controller); break;
            case Hotunplug unplug: Unplug(unplug.Controller); break;
            case DestroyController destroy: Destroy(destroy.Controller); break;
            case DestroyFunction destroy: DestroyFunction(destroy.Vuid); break;
            case PlugNic plug: PlugNic(plug.Port); break;
            case UnplugNic unplug: UnplugNic(unplug.Vuid); break;
            case AttachPort attach: Attach(attach); break;
            case DetachPort detach: ports.RemoveAll(p => p.Device == detach.Device); break;
            default: throw new WrongOrderException("unknown " + action);
        }
    }

    private void AddBdev(ObservedBdev bdev)
    {
        Check(bdevs.All(b => b.Name != bdev.Name), bdev.Name + " exists");
        bdevs.Add(bdev);
    }

    private void Delete(string name)
    {
        Check(controllers.All(c => c.Bdev != name), name + " is in use");
        bdevs.RemoveAt(Bdev(name));
    }

    private void Create(CreateController create)
    {
        var vuid = create.Vuid ?? made[create.Subject];
        Check(functions.Contains(vuid), "no function " + vuid);
        Check(controllers.All(c => c.Vuid != vuid && c.Name != create.Controller), create.Controller + " or its function is taken");
        Bdev(create.Bdev);
        Check(create.Serial.Length <= DpuNames.SerialBytesMax, "serial too long");
        controllers.Add(new ObservedController(create.Controller, vuid, create.Bdev, false, null, null));
    }

    private void Plug(string name)
    {
        var at = Controller(name);
        Check(!controllers[at].Hotplugged, name + " is plugged");
        controllers[at] = controllers[at] with { Hotplugged = true, PciAddress = TakeSlot(name), Mechanism = "cold" };
    }

    private void Unplug(string name)
    {
        var at = Controller(name);
        Check(controllers[at].Hotplugged, name + " is not plugged");
        FreeSlot(name);
        controllers[at] = controllers[at] with { Hotplugged = false, PciAddress = null };
    }

    private void Destroy(string name)
    {
        var at = Controller(name);
        Check(!controllers[at].Hotplugged, name + " is plugged");
        controllers.RemoveAt(at);
    }

    private void DestroyFunction(string vuid)
    {
        Check(controllers.All(c => c.Vuid != vuid), vuid + " has a controller");
        Check(functions.Remove(vuid), "no function " + vuid);
    }

    private void PlugNic(PortSpec port)
    {
        Check(nics.All(n => n.MacAddress != port.MacAddress), port.MacAddress + " is plugged");
        var vuid = $"NIC{++last}";
        nics.Add(new ObservedNic(vuid, port.MacAddress, $"en3f0pf0sf{1000 + last}", TakeSlot(vuid), "cold"));
    }

    private void UnplugNic(string vuid)
    {
        FreeSlot(vuid);
        Check(nics.RemoveAll(n => n.Vuid == vuid) == 1, "no NIC " + vuid);
    }

    private void Attach(AttachPort attach)
    {
        Check(ready, "no bridge");
        var device = attach.Device ?? nics.Single(n => n.MacAddress == attach.Port.MacAddress).Representor;
        Check(nics.Any(n => n.Representor == device), "no device " + device);
        ports.RemoveAll(p => p.Device == device);
        var ofPort = Enumerable.Range(2, 100).First(n => ports.All(p => p.OfPort != n));
        Check(flows is null || !flows.Flows.Any(f => f.Contains($"in_port={ofPort},", StringComparison.Ordinal)), "a new port would have another's flows");
        ports.Add(new ObservedPort(device, ofPort, attach.Port.Id, attach.Port.MacAddress, attach.Port.Mtu, true, true));
    }

    private string TakeSlot(string name)
    {
        var slot = Enumerable.Range(1, 64).First(n => !slots.ContainsKey(n));
        slots[slot] = name;
        return $"{slot:x2}:00.0";
    }

    private void FreeSlot(string name) => slots.Remove(slots.Single(s => s.Value == name).Key);

    private int Bdev(string name) => Found(bdevs.FindIndex(b => b.Name == name), name);

    private int Controller(string name) => Found(controllers.FindIndex(c => c.Name == name), name);

    private static int Found(int index, string name)
    {
        Check(index >= 0, "no " + name);
        return index;
    }

    private static void Check(bool holds, string message)
    {
        if (!holds)
            throw new WrongOrderException(message);
    }
}
