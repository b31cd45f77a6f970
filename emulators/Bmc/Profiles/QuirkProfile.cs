namespace Lab.Emulators.Bmc.Profiles;

/// <summary>
/// Where BMCs of this kind differ from the letter of the specification: each is a habit of real ones that clients work around
/// (sushy's and Ironic's code name them).
/// </summary>
public sealed record QuirkProfile
{
    /// <summary>Inserted of virtual media turns true only after this.</summary>
    public int InsertedDelayMs { get; init; }

    /// <summary>EjectMedia wants a body, even an empty one: 415 or 400 without (HPE).</summary>
    public bool EjectNeedsBody { get; init; }

    /// <summary>On is refused with 409 for this long after the host went off (iDRAC).</summary>
    public int PowerOnConflictMs { get; init; }

    /// <summary>202 answers carry no Location.</summary>
    public bool AcceptedWithoutLocation { get; init; }

    /// <summary>Boot is written through @Redfish.Settings (HPE, Lenovo).</summary>
    public bool BootInSettings { get; init; }

    /// <summary>Boot overrides of Continuous are refused (Supermicro, Dell).</summary>
    public bool RefusesContinuous { get; init; }

    /// <summary>A PATCH of Boot must say BootSourceOverrideEnabled too (Supermicro).</summary>
    public bool BootNeedsEnabled { get; init; }

    /// <summary>InsertMedia takes nothing but Image (Supermicro).</summary>
    public bool InsertTakesImageAlone { get; init; }

    /// <summary>A PATCH while the host is in POST is refused with 503 (HPE).</summary>
    public bool RefusesPatchDuringPost { get; init; }
}
