namespace Lab.Harness;

/// <summary>The lab itself failed, not what it tests: neither pass nor regression. Says what, where and how to mend it.</summary>
public class LabException(string message, Exception? inner = null) : Exception(message, inner);
