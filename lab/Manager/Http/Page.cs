using System.Globalization;

namespace Lab.Manager.Http;

/// <summary><c>?limit=</c> and <c>?marker=</c> of a list; the clients ask on with the last id until nothing comes.</summary>
internal readonly record struct Page(int Limit, string? Marker)
{
    public const int LimitMax = 1000;

    public static Page Of(HttpRequest request)
    {
        var limit = LimitMax;
        if (request.Query["limit"].ToString() is { Length: > 0 } text)
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit))
                throw ApiException.BadRequest("Invalid input for limit: it must be a non-negative integer.");
            limit = Math.Min(limit, LimitMax);
        }
        return new Page(limit, request.Query["marker"].ToString() is { Length: > 0 } marker ? marker : null);
    }

    /// <summary>The part of an ordered list that is asked for.</summary>
    public List<T> Take<T>(IEnumerable<T> items, Func<T, string> id)
    {
        if (Marker is not { } marker)
            return items.Take(Limit).ToList();
        var all = items.ToList();
        var at = all.FindIndex(item => string.Equals(id(item), marker, StringComparison.OrdinalIgnoreCase));
        return at < 0 ? throw ApiException.BadRequest($"marker [{marker}] not found") : all.Skip(at + 1).Take(Limit).ToList();
    }
}
