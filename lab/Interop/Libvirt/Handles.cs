using Microsoft.Win32.SafeHandles;

namespace Lab.Interop.Libvirt;

/// <summary>One reference to a virConnect.</summary>
internal sealed class LibvirtConnectionHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => LibvirtNative.virConnectClose(handle) >= 0;
}

/// <summary>One reference to a virDomain.</summary>
internal sealed class LibvirtDomainHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public LibvirtDomainHandle() : base(ownsHandle: true)
    {
    }

    internal LibvirtDomainHandle(nint domain) : base(ownsHandle: true) => SetHandle(domain);

    protected override bool ReleaseHandle() => LibvirtNative.virDomainFree(handle) == 0;
}
