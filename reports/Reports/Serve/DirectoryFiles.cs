using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;

namespace Lab.Reports.Serve;

/// <summary>Files of a run or statement, as evidence links name them. Nothing outside the directory, and no link that leads there.</summary>
internal static class DirectoryFiles
{
    private const string PlainText = "text/plain; charset=utf-8";

    private static readonly FileExtensionContentTypeProvider Types = new()
    {
        Mappings = { [".jsonl"] = PlainText, [".log"] = PlainText, [".md"] = PlainText, [".txt"] = PlainText, [".pcap"] = "application/vnd.tcpdump.pcap" },
    };

    public static IResult Find(string directory, string path)
    {
        var file = new FileInfo(Path.Combine([directory, .. path.Split('/')]));
        if (!path.Split('/').All(RunCatalogue.IsName) || !file.Exists || LeadsOut(directory, file))
            return ServedPages.Missing($"there is no file {path}");
        var type = Types.TryGetContentType(file.Name, out var known) ? known : file.Extension.Length == 0 ? PlainText : "application/octet-stream";
        return new SandboxedFile(file.FullName, type);
    }

    private static bool LeadsOut(string directory, FileInfo file)
    {
        for (FileSystemInfo? part = file; part is not null && part.FullName != directory; part = Parent(part))
            if (part.LinkTarget is not null)
                return true;
        return false;
    }

    private static DirectoryInfo? Parent(FileSystemInfo part) => part is FileInfo file ? file.Directory : ((DirectoryInfo)part).Parent;

    // What a guest or a tool wrote is shown, and runs nothing.
    private sealed class SandboxedFile(string path, string type) : IResult
    {
        public Task ExecuteAsync(HttpContext context)
        {
            context.Response.Headers.ContentSecurityPolicy = "sandbox allow-downloads; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
            return Results.File(path, type).ExecuteAsync(context);
        }
    }
}
