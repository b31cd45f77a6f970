using System.Globalization;
using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Accounts;
using Lab.Emulators.Bmc.Device;

namespace Lab.Emulators.Bmc.Redfish.Resources;

/// <summary>TaskService 1.3 and Task 1.7.4 (DSP2046), and the task monitors of DSP0266 §12.2.</summary>
internal static class TaskResource
{
    private const int RetrySeconds = 1;
    private static readonly MessageRegistry Registry = MessageRegistry.Of("TaskEvent");

    internal static void MapTasks(this ResourceTable table)
    {
        table.Add(Paths.TaskService, ReadService);
        table.Collection(Paths.Tasks, "TaskCollection", "Tasks", request => request.State.Tasks.Select(PathOf));
        table.Add(Paths.Tasks + "/{task}", request => Find(request) is { } task ? Read(request, task) : null).Delete(Role.Operator, DeleteAsync);
        table.Other(Paths.TaskMonitors + "/{task}")
            .On(HttpMethods.Get, Role.ReadOnly, MonitorAsync)
            .On(HttpMethods.Delete, Role.Operator, async request =>
            {
                if (Find(request) is null)
                    throw request.NotFound();
                await DeleteAsync(request);
                request.Context.Response.StatusCode = StatusCodes.Status204NoContent;
            });
    }

    /// <summary>202 with where to follow the task (DSP0266 §12.2).</summary>
    internal static async Task WriteAcceptedAsync(RedfishRequest request, DeviceTask task)
    {
        var headers = request.Context.Response.Headers;
        if (!request.Profile.Quirks.AcceptedWithoutLocation)
            headers.Location = MonitorOf(task);
        headers.RetryAfter = RetrySeconds.ToString(CultureInfo.InvariantCulture);
        await RedfishResponse.WriteResourceAsync(request, Read(request, task), StatusCodes.Status202Accepted);
    }

    private static string PathOf(DeviceTask task) => $"{Paths.Tasks}/{task.Id}";

    private static string MonitorOf(DeviceTask task) => $"{Paths.TaskMonitors}/{task.Id}";

    private static DeviceTask? Find(RedfishRequest request) => request.State.Tasks.Find(task => task.Id == request["task"]);

    private static JsonObject ReadService(RedfishRequest request)
    {
        var service = Json.Resource(Paths.TaskService, "TaskService.v1_3_0.TaskService", "TaskService", "Task service");
        service["ServiceEnabled"] = true;
        service["DateTime"] = Json.Time(request.Now);
        service["CompletedTaskOverWritePolicy"] = "Oldest";
        service["LifeCycleEventOnTaskStateChange"] = true;
        service["Status"] = Json.Status();
        service["Tasks"] = Json.Link(Paths.Tasks);
        return service;
    }

    internal static JsonObject Read(RedfishRequest request, DeviceTask task)
    {
        var resource = Json.Resource(PathOf(task), "Task.v1_7_4.Task", task.Id, task.Name);
        resource["TaskState"] = task.State.ToString();
        resource["TaskStatus"] = task.State == DeviceTaskState.Exception ? "Critical" : task.State == DeviceTaskState.Cancelled ? "Warning" : "OK";
        resource["PercentComplete"] = task.PercentAt(request.Now);
        resource["StartTime"] = Json.Time(task.Started);
        if (task.State != DeviceTaskState.Running)
            resource["EndTime"] = Json.Time(task.Ends);
        resource["TaskMonitor"] = MonitorOf(task);
        resource["HidePayload"] = true;
        var message = task.State switch
        {
            DeviceTaskState.Running => Registry.Make("TaskStarted", task.Id),
            DeviceTaskState.Completed => Registry.Make("TaskCompletedOK", task.Id),
            DeviceTaskState.Cancelled => Registry.Make("TaskCancelled", task.Id),
            _ => Registry.Make("TaskAborted", task.Id),
        };
        var messages = new JsonArray(message.ToJson());
        if (task.Error is not null)
            messages.Add(new JsonObject { ["@odata.type"] = "#Message.v1_3_0.Message", ["MessageId"] = BaseMessages.OperationFailed.MessageId, ["Message"] = task.Error });
        resource["Messages"] = messages;
        return resource;
    }

    private static async Task MonitorAsync(RedfishRequest request)
    {
        var task = Find(request) ?? throw request.NotFound();
        if (task.State == DeviceTaskState.Running)
            await WriteAcceptedAsync(request, task);
        else
            await RedfishResponse.WriteResourceAsync(request, Read(request, task));
    }

    // A running task is cancelled first, and then deleted (DSP0266 §12.2.3).
    private static Task DeleteAsync(RedfishRequest request) => request.Bmc.Device.ConfigureAsync(
        state => state.Tasks.Find(task => task.Id == request["task"]) is not { } task
            ? state
            : state with
            {
                Tasks = task.State == DeviceTaskState.Running
                    ? state.Tasks.Replace(task, task with { State = DeviceTaskState.Cancelled, Ends = request.Now })
                    : state.Tasks.Remove(task),
            },
        request.Token);
}
