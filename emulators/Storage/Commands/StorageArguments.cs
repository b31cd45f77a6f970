using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Lab.Emulators.Storage.Faults;
using Lab.Emulators.Storage.NvmeTcp;

namespace Lab.Emulators.Storage.Commands;

/// <summary>Arguments that more than one command takes.</summary>
internal static class StorageArguments
{
    public static Option<IPEndPoint[]> NvmeTcp() => new("--nvme-tcp")
    {
        Description = "Address and port of the NVMe/TCP front; given twice, each is a path, the first of them optimized.",
        HelpName = "ip:port",
        DefaultValueFactory = _ => [],
        CustomParser = result => [.. result.Tokens.Select(token => ParseEndPoint(result, token.Value)).OfType<IPEndPoint>()],
    };

    public static Option<IReadOnlyList<FaultRule>> Faults() => new("--faults")
    {
        Description = "JSON file with an array of faults that act from the start; more are set at /v1/faults of the management.",
        HelpName = "file",
        DefaultValueFactory = _ => [],
        CustomParser = ParseFaults,
    };

    public static Option<int> BlockBytes()
    {
        var option = new Option<int>("--block-size") { Description = "Bytes of a block over NVMe/TCP.", DefaultValueFactory = _ => 512 };
        option.AcceptOnlyFromAmong("512", "4096");
        return option;
    }

    /// <summary>The front at the addresses of <see cref="NvmeTcp"/>; null when none was given.</summary>
    public static NvmeTargetOptions? FrontAt(IPEndPoint[]? paths, int blockBytes) =>
        paths is { Length: > 0 } ? new NvmeTargetOptions { Listen = paths, BlockBytes = blockBytes } : null;

    public static IPEndPoint? ParseEndPoint(ArgumentResult argument) => ParseEndPoint(argument, argument.Tokens[0].Value);

    private static IPEndPoint? ParseEndPoint(ArgumentResult argument, string text)
    {
        if (text.Contains(':') && IPEndPoint.TryParse(text, out var endPoint))
            return endPoint;
        argument.AddError($"\"{text}\" is no ip:port");
        return null;
    }

    private static IReadOnlyList<FaultRule>? ParseFaults(ArgumentResult argument)
    {
        var path = argument.Tokens[0].Value;
        try
        {
            return FaultFile.Read(path);
        }
        catch (InvalidDataException wrong)
        {
            argument.AddError(wrong.Message);
            return null;
        }
    }
}
