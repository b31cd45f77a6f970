using Lab.Emulators.Dpu.DataPath;

namespace Lab.Emulators.Dpu.Tests.DataPath.NvmeTcp;

/// <summary>What a target must not send ends the connection with the right H2CTermReq; the request is done over the next one.</summary>
public sealed class ProtocolErrorTests
{
    private const int HeaderField = 1;
    private const int Sequence = 2;
    private const int HeaderDigest = 3;
    private const int Range = 4;
    private const int Limit = 5;

    [Theory]
    [InlineData("answer to an unknown command", HeaderField)]
    [InlineData("data for an unknown command", HeaderField)]
    [InlineData("success without data", Sequence)]
    [InlineData("data at a wrong offset", Range)]
    [InlineData("more data than asked", Range)]
    [InlineData("data twice", Range)]
    [InlineData("short data that is last", Range)]
    [InlineData("all data and not last", Range)]
    [InlineData("SUCCESS without LAST", HeaderField)]
    [InlineData("R2T for a read", Limit)]
    [InlineData("unknown type", HeaderField)]
    [InlineData("wrong header length", HeaderField)]
    [InlineData("impossible length", HeaderField)]
    [InlineData("wrong header digest", HeaderDigest)]
    [InlineData("wrong data digest", null)]
    [InlineData("C2HTermReq", null)]
    public async Task Read_AnsweredWrongly_EndsTheConnectionAndIsDoneOverTheNext(string what, object? status)
    {
        await using var target = new ScriptedTarget();
        await using var rig = await InitiatorRig.AttachAsync(target, o => o with { Hdgst = true, Ddgst = true });
        target.Store.AsSpan().Fill(0x5c);
        TargetConnection? first = null;
        target.Script = async command =>
        {
            if (command.Association > 1)
                return false;
            first = command.Connection;
            await MisbehaveAsync(what, command);
            return true;
        };
        using var read = new TestRequest(BlockOperation.Read, 8192, 4096);
        Assert.Equal(BlockStatus.Ok, await rig.Io.RunAsync(read));
        Assert.True(read.Data.IndexOfAnyExcept((byte)0x5c) < 0);
        Assert.Equal(1, read.Completions);
        Assert.Equal(2, target.Associations);
        await Eventually.TrueAsync("the host said why", () => first!.Terminated == (int?)status);
    }

    [Theory]
    [InlineData("R2T beyond the data", Range)]
    [InlineData("R2T at a wrong offset", Range)]
    [InlineData("R2T for nothing", Range)]
    [InlineData("success without data", Sequence)]
    [InlineData("data for a write", Sequence)]
    public async Task Write_AnsweredWrongly_EndsTheConnectionAndIsDoneOverTheNext(string what, int status)
    {
        await using var target = new ScriptedTarget { InCapsuleBytes = 0, FetchesOnlyFromAssociation = 2 };
        await using var rig = await InitiatorRig.AttachAsync(target);
        TargetConnection? first = null;
        target.Script = async command =>
        {
            if (command.Association > 1)
                return false;
            first = command.Connection;
            await MisbehaveAsync(what, command);
            return true;
        };
        Assert.Equal(BlockStatus.Ok, await rig.Io.WriteAsync(8192, 4096, 0x77));
        Assert.True(target.Store.AsSpan(8192, 4096).IndexOfAnyExcept((byte)0x77) < 0);
        await Eventually.TrueAsync("the host said why", () => first!.Terminated == status);
    }

    private static async Task MisbehaveAsync(string what, TargetCommand command)
    {
        var wire = command.Connection.Wire;
        var data = new byte[command.Length];
        switch (what)
        {
            case "answer to an unknown command":
                await wire.RespondAsync((ushort)(command.Id + 1));
                break;
            case "data for an unknown command":
                await wire.SendDataAsync((ushort)(command.Id + 1024), 0, data, true, false);
                break;
            case "success without data":
                await wire.RespondAsync(command.Id);
                break;
            case "data at a wrong offset":
                await wire.SendDataAsync(command.Id, 512, data.AsMemory(512), true, false);
                break;
            case "more data than asked":
                await wire.SendDataAsync(command.Id, 0, new byte[command.Length + 512], true, false);
                break;
            case "data twice":
                await wire.SendDataAsync(command.Id, 0, data, true, false);
                await wire.SendDataAsync(command.Id, 0, data, true, false);
                break;
            case "short data that is last":
                await wire.SendDataAsync(command.Id, 0, data.AsMemory(512), true, false);
                break;
            case "all data and not last":
                await wire.SendDataAsync(command.Id, 0, data, false, false);
                break;
            case "SUCCESS without LAST":
                await wire.SendDataAsync(command.Id, 0, data, false, true);
                break;
            case "data for a write":
                await wire.SendDataAsync(command.Id, 0, data, true, false);
                break;
            case "R2T for a read":
                await wire.AskForDataAsync(command.Id, 1, 0, command.Length);
                break;
            case "R2T beyond the data":
                await wire.AskForDataAsync(command.Id, 1, 0, command.Length + 1);
                break;
            case "R2T at a wrong offset":
                await wire.AskForDataAsync(command.Id, 1, 512, 512);
                break;
            case "R2T for nothing":
                await wire.AskForDataAsync(command.Id, 1, 0, 0);
                break;
            case "unknown type":
                await wire.SendRawAsync(new byte[] { 4, 0, 24, 0, 24, 0, 0, 0 });
                break;
            case "wrong header length":
                await wire.SendRawAsync(new byte[] { 5, 1, 32, 0, 36, 0, 0, 0 });
                break;
            case "impossible length":
                await wire.SendRawAsync(Sealed(5, 1, 24, 0, 255, 255, 255, 255));
                break;
            case "wrong header digest":
                wire.CorruptNextHeaderDigest = true;
                await wire.RespondAsync(command.Id);
                break;
            case "wrong data digest":
                wire.CorruptNextDataDigest = true;
                await wire.SendDataAsync(command.Id, 0, data, true, true);
                break;
            case "C2HTermReq":
                await wire.SendRawAsync(new byte[] { 3, 0, 24, 0, 24, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 });
                break;
        }
    }

    private static byte[] Sealed(params byte[] start)
    {
        byte[] header = [.. start, .. new byte[24 - start.Length]];
        return [.. header, .. BitConverter.GetBytes(TargetWire.Crc(header))];
    }
}
