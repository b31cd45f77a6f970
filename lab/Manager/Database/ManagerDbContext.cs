using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Lab.Manager.Database;

/// <summary>
/// The manager's state. A feature adds its tables by an <see cref="IEntityTypeConfiguration{T}"/> in its folder (found by
/// reflection), and their SQL by an <see cref="IMigrations"/>; it reads and writes them by <c>Set&lt;T&gt;()</c>.
/// Column types are the same on SQLite and PostgreSQL: ids and enums are TEXT, instants BIGINT (Unix milliseconds), booleans
/// BOOLEAN, numbers INTEGER or BIGINT. Names are snake_case.
/// </summary>
internal sealed class ManagerDbContext(DbContextOptions<ManagerDbContext> options) : DbContext(options)
{
    protected override void ConfigureConventions(ModelConfigurationBuilder configuration)
    {
        configuration.Properties<Guid>().HaveConversion<GuidText>();
        configuration.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();
        configuration.Properties<Enum>().HaveConversion<string>();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(ManagerDbContext).Assembly);
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            entity.SetTableName(SnakeCase.From(entity.GetTableName()!));
            foreach (var property in entity.GetProperties())
                property.SetColumnName(SnakeCase.From(property.Name));
        }
    }

    private sealed class GuidText() : ValueConverter<Guid, string>(id => id.ToString("D"), text => Guid.ParseExact(text, "D"));

    private sealed class UnixMilliseconds()
        : ValueConverter<DateTimeOffset, long>(t => t.ToUnixTimeMilliseconds(), ms => DateTimeOffset.FromUnixTimeMilliseconds(ms));
}
