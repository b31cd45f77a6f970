using System.Data.Common;

namespace Lab.Reports.Store.Databases;

internal static class DbCommands
{
    /// <summary>A command with its parameters, written @name; null becomes NULL.</summary>
    public static DbCommand Command(
        this DbConnection connection, string sql, DbTransaction? transaction = null, params IEnumerable<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    public static async Task ExecuteAsync(
        this DbConnection connection, DbTransaction transaction, string sql, CancellationToken cancel, params (string Name, object? Value)[] parameters)
    {
        await using var command = connection.Command(sql, transaction, parameters);
        await command.ExecuteNonQueryAsync(cancel);
    }
}
