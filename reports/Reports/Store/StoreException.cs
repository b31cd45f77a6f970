namespace Lab.Reports.Store;

/// <summary>The store cannot be opened or used; the message names the store, never its password.</summary>
public sealed class StoreException : IOException
{
    public StoreException(string message) : base(message)
    {
    }

    public StoreException(string message, Exception inner) : base(message, inner)
    {
    }
}
