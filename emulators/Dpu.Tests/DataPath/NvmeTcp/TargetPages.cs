using System.Buffers.Binary;
using System.Text;

namespace Lab.Emulators.Dpu.Tests.DataPath.NvmeTcp;

/// <summary>Identify structures and log pages of the scripted target.</summary>
internal static class TargetPages
{
    public static readonly Guid NamespaceUuid = Guid.Parse("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0");

    public static byte[] Identify(ScriptedTarget target, TargetConnection connection, byte[] entry)
    {
        var page = new byte[4096];
        switch (entry[40])
        {
            case 0:
                var blocks = (ulong)target.Store.Length / 512;
                BinaryPrimitives.WriteUInt64LittleEndian(page, blocks);
                BinaryPrimitives.WriteUInt64LittleEndian(page.AsSpan(8), blocks);
                BinaryPrimitives.WriteUInt64LittleEndian(page.AsSpan(16), blocks);
                BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(92), 1);
                page[130] = 9;
                break;
            case 1:
                IdentifyController(target, connection, page);
                break;
            case 2:
                BinaryPrimitives.WriteUInt32LittleEndian(page, 1);
                break;
            case 3:
                page[0] = 3;
                page[1] = 16;
                NamespaceUuid.TryWriteBytes(page.AsSpan(4), bigEndian: true, out _);
                break;
        }
        return page;
    }

    public static byte[] Log(ScriptedTarget target, byte[] entry)
    {
        var words = BinaryPrimitives.ReadUInt16LittleEndian(entry.AsSpan(42)) | (BinaryPrimitives.ReadUInt16LittleEndian(entry.AsSpan(44)) << 16);
        var offset = (int)BinaryPrimitives.ReadUInt64LittleEndian(entry.AsSpan(48));
        var page = new byte[Math.Max((words + 1) * 4, 2048)];
        switch (entry[40])
        {
            case 0x04:
                BinaryPrimitives.WriteUInt32LittleEndian(page, 1);
                break;
            case 0x0c:
                page[8] = 1;
                page[16] = 1;
                page[20] = 1;
                page[32] = target.AnaState;
                page[48] = 1;
                break;
            case 0x70:
                page = new byte[4096];
                page[0] = 7;
                page[8] = 1;
                page[1024] = 3;
                page[1025] = 1;
                page[1026] = 2;
                Encoding.ASCII.GetBytes($"{target.Port}".PadRight(32), page.AsSpan(1024 + 32));
                Encoding.ASCII.GetBytes(ScriptedTarget.Subnqn, page.AsSpan(1024 + 256));
                Encoding.ASCII.GetBytes("127.0.0.1".PadRight(256), page.AsSpan(1024 + 512));
                break;
        }
        return page[offset..(offset + ((words + 1) * 4))];
    }

    private static void IdentifyController(ScriptedTarget target, TargetConnection connection, byte[] page)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(page, 0x1234);
        Encoding.ASCII.GetBytes("SERIAL".PadRight(20), page.AsSpan(4));
        Encoding.ASCII.GetBytes("scripted".PadRight(40), page.AsSpan(24));
        Encoding.ASCII.GetBytes("1.0".PadRight(8), page.AsSpan(64));
        page[76] = (byte)(target.HasAna ? 0x0a : 0x02);
        page[77] = target.Mdts;
        BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(78), (ushort)(target.ControllerIdFirst + connection.Association - 1));
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(92), 0x80000900);
        page[111] = 1;
        page[320] = 1;
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(344), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(348), 1);
        page[512] = 0x66;
        page[513] = 0x44;
        BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(514), 64);
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(516), 1);
        page[520] = 0x0c;
        page[525] = 1;
        page[536] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(page.AsSpan(1792), (64 + target.InCapsuleBytes) / 16);
        BinaryPrimitives.WriteInt32LittleEndian(page.AsSpan(1796), 1);
        page[1803] = 1;
    }
}
