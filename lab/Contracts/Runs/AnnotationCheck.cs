using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Lab.Contracts.Runs;

/// <summary>
/// The attributes of a record's properties, read once: <see cref="Validator"/> reflects over them for every record, which takes most of
/// the time of reading a year of nights. It only says that a record passes; what does not is the Validator's to judge and to word.
/// </summary>
internal static class AnnotationCheck<T> where T : class
{
    private static readonly Func<T, bool>[]? Checks = Create();

    public static bool Passes(T record)
    {
        if (Checks is null)
            return false;
        foreach (var check in Checks)
        {
            if (!check(record))
                return false;
        }

        return true;
    }

    // Null where an attribute is none of those below: then the Validator judges every record.
    private static Func<T, bool>[]? Create()
    {
        if (typeof(T).IsAssignableTo(typeof(IValidatableObject)) || typeof(T).GetCustomAttributes<ValidationAttribute>().Any())
            return null;
        var checks = (
            from property in typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            from attribute in property.GetCustomAttributes<ValidationAttribute>()
            select Check(property, attribute)).ToArray();
        return checks.Contains(null) ? null : checks!;
    }

    private static Func<T, bool>? Check(PropertyInfo property, ValidationAttribute attribute)
    {
        if (property.GetMethod is not { } get)
            return null;
        switch (attribute)
        {
            case StringLengthAttribute length when property.PropertyType == typeof(string):
            {
                var text = get.CreateDelegate<Func<T, string?>>();
                return record => text(record) is not { } value || (value.Length >= length.MinimumLength && value.Length <= length.MaximumLength);
            }
            case RegularExpressionAttribute pattern when property.PropertyType == typeof(string):
            {
                var text = get.CreateDelegate<Func<T, string?>>();
                var regex = new Regex(pattern.Pattern, RegexOptions.CultureInvariant);
                return record => string.IsNullOrEmpty(text(record)) || IsWhole(regex, text(record)!);
            }
            case RangeAttribute { Minimum: double low, Maximum: double high } when property.PropertyType == typeof(double):
            {
                var number = get.CreateDelegate<Func<T, double>>();
                return record => number(record) >= low && number(record) <= high;
            }
            case RangeAttribute { Minimum: double low, Maximum: double high } when property.PropertyType == typeof(double?):
            {
                var number = get.CreateDelegate<Func<T, double?>>();
                return record => number(record) is not { } value || (value >= low && value <= high);
            }
            default:
                return null;
        }
    }

    // As RegularExpressionAttribute: "$" alone would let a line feed pass.
    private static bool IsWhole(Regex regex, string text)
    {
        foreach (var match in regex.EnumerateMatches(text))
            return match.Index == 0 && match.Length == text.Length;
        return false;
    }
}
