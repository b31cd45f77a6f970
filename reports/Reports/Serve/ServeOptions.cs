using System.Net;

namespace Lab.Reports.Serve;

/// <summary>What a report server serves, and where.</summary>
/// <param name="RunsDirectory">Directory of the runs, and of the qualification statements beside them.</param>
/// <param name="Store">Location of the store (a file, or a PostgreSQL connection string).</param>
/// <param name="Listen">Address and port; port 0 lets the kernel choose.</param>
public sealed record ServeOptions(string RunsDirectory, string Store, IPEndPoint Listen, TimeProvider Time);
