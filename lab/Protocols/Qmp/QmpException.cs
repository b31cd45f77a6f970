namespace Lab.Protocols.Qmp;

/// <summary>A command that QEMU refused (QMP specification §2.4.2, "error"): <paramref name="errorClass"/> and its description.</summary>
public sealed class QmpException(string errorClass, string description) : Exception(description)
{
    public string ErrorClass => errorClass;
}
