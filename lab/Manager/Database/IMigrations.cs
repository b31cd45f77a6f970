namespace Lab.Manager.Database;

/// <summary>The history of one feature's tables. Migrations are never changed once landed, only added.</summary>
internal interface IMigrations
{
    /// <summary>Key in the schema table.</summary>
    string Feature { get; }

    /// <summary>In order; the first is version 1.</summary>
    IReadOnlyList<Migration> Steps { get; }
}

/// <param name="Sql">Statements that SQLite and PostgreSQL both take; run in one transaction.</param>
internal sealed record Migration(string Name, string Sql);
