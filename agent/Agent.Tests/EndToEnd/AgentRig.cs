using System.Net;
using Lab.Agent.Network;
using Lab.Agent.Tests.Link;
using Lab.Agent.Tests.Network;
using Microsoft.Extensions.Logging;

namespace Lab.Agent.Tests.EndToEnd;

/// <summary>The whole agent with everything around it: manager (mutual TLS), DPU sockets, BMC, real Open vSwitch.</summary>
public sealed class AgentRig : IAsyncDisposable
{
    public const string Serial = "TEST-SN-1";
    private readonly string directory = Directory.CreateTempSubdirectory("agent-rig-").FullName;
    private readonly string fabric = Tool.Unique("f");
    private TimeProvider time = TimeProvider.System;
    private CancellationTokenSource? stop;
    private Task running = Task.CompletedTask;

    public TestManager Manager { get; private set; } = null!;
    public FakeBmc Bmc { get; private set; } = null!;
    public FakeDpu Dpu { get; private set; } = null!;
    public SwitchNode Node { get; private set; } = null!;
    public string RunDirectory => Path.Combine(directory, "run");

    public static async Task<AgentRig> StartAsync(CancellationToken token, TimeProvider? time = null)
    {
        var rig = new AgentRig { time = time ?? TimeProvider.System };
        try
        {
            await Tool.Here.RunAsync($"ip netns add {rig.fabric}", token);
            await Tool.Here.RunAsync($"ip -n {rig.fabric} link add name fabric0 type bridge", token);
            rig.Node = await SwitchNode.StartAsync("r", "10.30.0.11", rig.fabric, token);
            rig.Manager = await TestManager.StartAsync(token);
            rig.Bmc = await FakeBmc.StartAsync(rig.directory, token);
            rig.Dpu = new FakeDpu(rig.directory, rig.Node);
            rig.StartAgent(rig.Manager.NewToken());
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    public void StartAgent(string? oneTimeToken = null)
    {
        stop = new CancellationTokenSource();
        var logs = LoggerFactory.Create(b => b.SetMinimumLevel(LogLevel.Debug).AddProvider(new TestOutputLogs()));
        var host = new AgentHost(
            new AgentOptions
            {
                Link = Manager.Options(Serial),
                Network = Node.Switch.Options,
                SpdkSocket = Dpu.SpdkSocket,
                VirtnetSocket = Dpu.VirtnetSocket,
                IpmiSocket = Bmc.IpmiSocket,
                Bmc = Bmc.Address,
                StateDirectory = Path.Combine(directory, "state"),
                RunDirectory = RunDirectory,
                StorageAddress = IPAddress.Parse("10.20.0.11"),
            },
            Node.Commands, time, new Random(1), logs);
        running = RunAsync(host, oneTimeToken, logs, stop.Token);
    }

    /// <summary>Ends the agent where it is; what it keeps is durable at once, so that this is as good as kill -9.</summary>
    public async Task StopAgentAsync()
    {
        await stop!.CancelAsync();
        await running;
        stop.Dispose();
        stop = null;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (stop is not null)
                await StopAgentAsync();
        }
        finally
        {
            foreach (var part in new IAsyncDisposable?[] { Dpu, Bmc, Manager, Node })
                if (part is not null)
                    await part.DisposeAsync();
            await Tool.Here.RunAsync($"ip netns del {fabric}", CancellationToken.None);
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task RunAsync(AgentHost host, string? oneTimeToken, ILoggerFactory logs, CancellationToken token)
    {
        try
        {
            await host.RunAsync(oneTimeToken, token);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // Stopped by the test.
        }
        finally
        {
            logs.Dispose();
        }
    }

    private sealed class TestOutputLogs : ILoggerProvider, ILogger
    {
        private readonly ITestOutputHelper? output = TestContext.Current.TestOutputHelper;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            try
            {
                output?.WriteLine($"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {logLevel}: {formatter(state, exception)}");
            }
            catch (InvalidOperationException)
            {
                // The test has ended.
            }
        }

        public void Dispose()
        {
        }
    }
}
