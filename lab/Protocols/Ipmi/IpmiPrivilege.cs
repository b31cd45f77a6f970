namespace Lab.Protocols.Ipmi;

/// <summary>Privilege levels, the stronger the greater (IPMI 2.0 §6.8). On the wire a nibble; Fh is "no access".</summary>
public enum IpmiPrivilege : byte
{
    None = 0,
    Callback = 1,
    User = 2,
    Operator = 3,
    Administrator = 4,
    Oem = 5,
}
