using System.Text;

namespace Lab.Manager.Database;

internal static class SnakeCase
{
    /// <summary><c>ProvisionState</c> → <c>provision_state</c>.</summary>
    public static string From(string pascal)
    {
        var text = new StringBuilder(pascal.Length + 8);
        for (var i = 0; i < pascal.Length; i++)
        {
            if (char.IsUpper(pascal[i]) && i > 0 && !char.IsUpper(pascal[i - 1]))
                text.Append('_');
            text.Append(char.ToLowerInvariant(pascal[i]));
        }
        return text.ToString();
    }
}
