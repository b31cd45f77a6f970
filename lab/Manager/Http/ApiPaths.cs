namespace Lab.Manager.Http;

/// <summary>Where each API hangs below the public URL. Each goes into the catalog with its version suffix.</summary>
internal static class ApiPaths
{
    public const string Identity = "/identity";
    public const string IdentityV3 = Identity + "/v3";
    public const string Compute = "/compute";
    public const string ComputeV21 = Compute + "/v2.1";
    public const string Volume = "/volume";

    /// <summary>Followed by the project's id.</summary>
    public const string VolumeV3 = Volume + "/v3";
    public const string Network = "/network";
    public const string NetworkV2 = Network + "/v2.0";
    public const string Image = "/image";
    public const string ImageV2 = Image + "/v2";
    public const string BareMetal = "/baremetal";
    public const string BareMetalV1 = BareMetal + "/v1";

    /// <summary>The manager's own administration: not an OpenStack API.</summary>
    public const string AdminV1 = "/v1";
}
