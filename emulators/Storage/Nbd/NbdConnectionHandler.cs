using System.Net;
using Lab.Emulators.Storage.Exports;
using Lab.Emulators.Storage.Store;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Lab.Emulators.Storage.Nbd;

/// <summary>One NBD client: negotiation, then requests until either side ends it.</summary>
internal sealed partial class NbdConnectionHandler(
    VolumeStore store, ExportSessions sessions, TimeProvider time, ILogger<NbdConnectionHandler> logger) : ConnectionHandler
{
    private static readonly TimeSpan NegotiationTimeMax = TimeSpan.FromSeconds(30);

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var client = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        await using var aborting = stopping.Register(connection.Abort);
        try
        {
            using var chosen = await NegotiateAsync(connection, client);
            if (chosen is null)
                return;
            LogConnected(client, chosen.Export.Id);
            using var transmission = new NbdTransmission(connection.Transport, chosen);
            await transmission.RunAsync(connection.ConnectionClosed);
            LogEnded(client, chosen.Export.Id);
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException)
        {
            LogLost(client, failure.Message);
        }
        catch (NbdProtocolException failure)
        {
            LogRefused(client, failure.Message);
        }
    }

    private async Task<NbdChosenExport?> NegotiateAsync(ConnectionContext connection, IPAddress client)
    {
        using var limit = new CancellationTokenSource(NegotiationTimeMax, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, connection.ConnectionClosed);
        return await new NbdNegotiation(connection, client, store, sessions).RunAsync(either.Token);
    }

    [LoggerMessage(LogLevel.Information, "NBD client {Client} is on export {Export}")]
    private partial void LogConnected(IPAddress client, string export);

    [LoggerMessage(LogLevel.Information, "NBD client {Client} left export {Export}")]
    private partial void LogEnded(IPAddress client, string export);

    [LoggerMessage(LogLevel.Information, "NBD client {Client} is gone: {Reason}")]
    private partial void LogLost(IPAddress client, string reason);

    [LoggerMessage(LogLevel.Warning, "NBD client {Client} broke the protocol: {Reason}")]
    private partial void LogRefused(IPAddress client, string reason);
}

/// <summary>The client broke the protocol so that the connection cannot go on.</summary>
internal sealed class NbdProtocolException(string message) : Exception(message);
