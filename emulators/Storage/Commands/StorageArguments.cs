using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Lab.Emulators.Storage.Faults;

namespace Lab.Emulators.Storage.Commands;

/// <summary>Arguments that more than one command takes.</summary>
internal static class StorageArguments
{
    public static Option<int> BlockBytes()
    {
        var option = new Option<int>("--block-size") { Description = "Bytes of a block over NVMe/TCP.", DefaultValueFactory = _ => 512 };
        option.AcceptOnlyFromAmong("512", "4096");
        return option;
    }

    public static IPEndPoint? ParseEndPoint(ArgumentResult argument) => ParseEndPoint(argument, argument.Tokens[0].Value);

    public static IPEndPoint? ParseEndPoint(ArgumentResult argument, string text)
    {
        if (text.Contains(':') && IPEndPoint.TryParse(text, out var endPoint))
            return endPoint;
        argument.AddError($"\"{text}\" is no ip:port");
        return null;
    }

    public static IReadOnlyList<FaultRule>? ParseFaults(ArgumentResult argument)
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
