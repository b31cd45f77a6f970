using System.Security.Cryptography;
using System.Text;
using Lab.Emulators.Dpu.State;

namespace Lab.Emulators.Dpu.Backend.Qsd;

/// <summary>
/// Names inside qemu-storage-daemon. They are hashes of everything that makes a node or export what it is, so that after a crash "the
/// right one is there" is a comparison of names. Node names hold 31 characters at most (QEMU's BDS name), a bdev's name more.
/// </summary>
internal static class QsdNames
{
    private const string NodePrefix = "dpu-";
    private const string ExportPrefix = "exp-";
    private const int HashLength = 12;

    /// <summary>The group of every bdev without limits.</summary>
    public const string UnlimitedGroup = "unlimited";

    /// <summary>The node that exports use: limits on the sum of reads and writes. Reads and writes apart are limited below it.</summary>
    public static string TopNode(Bdev bdev) => Node(bdev) + "-t";

    public static string DirectionNode(Bdev bdev) => Node(bdev) + "-d";

    public static string ProtocolNode(Bdev bdev) => Node(bdev) + "-p";

    public static string TotalGroup(Bdev bdev) => Node(bdev) + "-gt";

    public static string DirectionGroup(Bdev bdev) => Node(bdev) + "-gd";

    /// <summary>The groups that the bdev's two nodes are in.</summary>
    public static (string Total, string Direction) Groups(Bdev bdev) =>
        bdev.Limits.AreNone ? (UnlimitedGroup, UnlimitedGroup) : (TotalGroup(bdev), DirectionGroup(bdev));

    /// <summary>The groups of a bdev with limits, whether it has any now or not.</summary>
    public static IReadOnlyList<string> OwnGroups(Bdev bdev) => [TotalGroup(bdev), DirectionGroup(bdev)];

    public static string Export(BlkExport export, Bdev bdev) =>
        ExportPrefix + Hash($"{export.Socket}\n{TopNode(bdev)}\n{export.ReadOnly}\n{export.NumQueues}\n{export.LogicalBlockSize}");

    public static bool IsTopNode(string name) => IsOurs(name) && name.EndsWith("-t", StringComparison.Ordinal);

    private static bool IsOurs(string name) => name.StartsWith(NodePrefix, StringComparison.Ordinal);

    public static bool IsGroup(string name) => IsOurs(name) || name == UnlimitedGroup;

    public static bool IsExport(string name) => name.StartsWith(ExportPrefix, StringComparison.Ordinal);

    private static string Node(Bdev bdev) =>
        NodePrefix + Hash($"{bdev.Name}\n{bdev.Uuid}\n{bdev.Kind}\n{bdev.Url}\n{bdev.Filename}\n{bdev.ReadOnly}");

    private static string Hash(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..HashLength];
}
