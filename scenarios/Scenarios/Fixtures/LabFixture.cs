using System.Diagnostics;
using Lab.Contracts.Runs;
using Lab.Contracts.Testbeds;
using Lab.Harness;
using Lab.Harness.Cloud;
using Lab.Harness.Launch;
using Lab.Harness.Measuring;
using Lab.Harness.Recording;
using Lab.Harness.Testbeds;

[assembly: AssemblyFixture(typeof(Lab.Scenarios.Fixtures.LabFixture))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Lab.Scenarios.Fixtures;

/// <summary>
/// The testbed that all scenarios of a run share, and the record they write. A testbed that did not come up stays broken, and every
/// scenario says why.
/// </summary>
public sealed class LabFixture : IAsyncLifetime
{
    private static readonly ActivityListener Listener = new()
    {
        ShouldListenTo = source => source.Name == ScenarioActivities.SourceName,
        Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
    };

    private RunningTestbed? testbed;
    private RunWriter? writer;
    private ConditionsRecorder? recorder;
    private Exception? broken;

    public TimeProvider Clock { get; } = TimeProvider.System;

    /// <exception cref="LabException">It did not come up.</exception>
    public RunningTestbed Testbed => testbed ?? throw new LabException("the testbed did not come up: " + broken?.Message, broken);

    /// <summary>The run's directory.</summary>
    public RunWriter Run => writer ?? throw new LabException("there is no run record: " + broken?.Message, broken);

    /// <summary>Where scenarios put what they measure.</summary>
    public IRunRecorder Record => recorder ?? Run;

    /// <summary>The probe OS as an image of the cloud, public.</summary>
    public string ImageId { get; private set; } = "";
    public string FlavorId { get; private set; } = "";
    public BaselineRack Baseline { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        ActivitySource.AddActivityListener(Listener);
        try
        {
            await RaiseAsync(TestContext.Current.CancellationToken);
        }
        catch (Exception e)
        {
            // Kept and told by every scenario.
            broken = e;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Baseline is not null)
            await Baseline.DisposeAsync();
        if (testbed is not null)
        {
            if (writer is not null)
                LogArchive.Copy(testbed.Paths, writer.LogsDirectory);
            await testbed.DisposeAsync();
        }
        if (writer is not null)
        {
            if (broken is null)
                writer.Complete();
            writer.Dispose();
        }
    }

    private async Task RaiseAsync(CancellationToken token)
    {
        var description = TestbedFile.Load(SuiteSettings.Setting(
            SuiteSettings.TestbedFileVariable, Path.Combine(AppContext.BaseDirectory, "testbeds", "emulated-2x.yaml")));
        if (SuiteSettings.Setting(SuiteSettings.BuildVariable, "") is { Length: > 0 } chosen)
            description = description with { Manager = new ManagerSource.Build(chosen) };
        var suite = SuiteSettings.Setting(SuiteSettings.SuiteVariable, SuiteSettings.Smoke);
        var kvm = await KvmProbe.RunAsync(TestbedPaths.CacheRoot, token);
        var underTest = description.Manager is ManagerSource.Build build ? Programs.Of(build.Directory) : Programs.Own;
        writer = RunWriter.Create(
            SuiteSettings.Setting(SuiteSettings.RunsVariable, Path.Combine(Programs.Own.Checkout, "runs")),
            new RunDescription
            {
                Suite = suite,
                SuiteVersion = SuiteSettings.Version,
                Testbed = MachineFingerprint.Describe(description),
                Environment = await MachineFingerprint.ReadEnvironmentAsync(kvm.Accelerator, token),
                SystemUnderTest = await MachineFingerprint.ReadSystemUnderTestAsync(underTest.Checkout, token),
                Parameters = SuiteParameters.Of(suite),
                Labels = SuiteSettings.Labels(),
            },
            Clock);
        RunProgress.Append(new RunProgress { RunDirectory = writer.Directory });
        testbed = await new TestbedLauncher(description, new StepReporter(), Clock).LaunchAsync(traced: true, token);
        recorder = new ConditionsRecorder(writer, ConditionsMeter.Of(testbed.Paths, Clock), Clock);
        ImageId = await testbed.Admin.CreateImageAsync("probe", testbed.ProbeImage, isPublic: true, token);
        FlavorId = "bm.small";
        Baseline = await BaselineRack.StartAsync(testbed, token);
    }

    private sealed class StepReporter : IProgress<LaunchStep>
    {
        public void Report(LaunchStep value) =>
            RunProgress.Append(new RunProgress { Step = value.Name, Seconds = value.Took?.TotalSeconds });
    }
}
