namespace Lab.Agent.Reconcile;

public enum SubjectKind { Power, Network, Volume, ConfigDrive, Port, Function }

/// <summary>What an action is about. When an action fails, the later ones about the same subject are not tried in that pass.</summary>
/// <param name="Id">Volume's, instance's or port's id; empty for power, network and functions.</param>
public readonly record struct Subject(SubjectKind Kind, Guid Id = default)
{
    public static Subject Power { get; } = new(SubjectKind.Power);
    public static Subject Network { get; } = new(SubjectKind.Network);
    public static Subject Function { get; } = new(SubjectKind.Function);
    public static Subject Volume(Guid id) => new(SubjectKind.Volume, id);
    public static Subject ConfigDrive(Guid instance) => new(SubjectKind.ConfigDrive, instance);
    public static Subject Port(Guid id) => new(SubjectKind.Port, id);

    public override string ToString() => Kind switch
    {
        SubjectKind.Power => "power",
        SubjectKind.Network => "network",
        SubjectKind.ConfigDrive => "config drive",
        SubjectKind.Function => "function",
        _ => $"{(Kind == SubjectKind.Volume ? "volume" : "port")} {Id:D}",
    };
}
