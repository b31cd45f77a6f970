namespace Lab.Emulators.Bmc.Accounts;

/// <summary>The predefined roles of Redfish (DSP0266 §13.2.3), the stronger the greater; IPMI's User, Operator and Administrator.</summary>
public enum Role { ReadOnly, Operator, Administrator }

/// <summary>Privileges of the predefined roles.</summary>
public static class Privileges
{
    public static IReadOnlyList<string> Of(Role role) => role switch
    {
        Role.Administrator => ["Login", "ConfigureManager", "ConfigureUsers", "ConfigureComponents", "ConfigureSelf"],
        Role.Operator => ["Login", "ConfigureComponents", "ConfigureSelf"],
        _ => ["Login", "ConfigureSelf"],
    };
}
