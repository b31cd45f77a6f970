namespace Lab.Emulators.Storage.Store;

/// <summary>Why a store refuses or fails; each front turns it into its own codes.</summary>
public enum StoreError
{
    /// <summary>A value is out of its range.</summary>
    Invalid,

    /// <summary>No such object.</summary>
    NotFound,

    /// <summary>The object is there with other parameters, or is in use.</summary>
    Conflict,

    /// <summary>The pool or its disk is full, or a limit of objects is reached.</summary>
    NoSpace,

    /// <summary>What is on disk does not pass its checksum.</summary>
    Damaged,

    /// <summary>The disk failed.</summary>
    Io,

    /// <summary>The file system cannot do it the way that was asked.</summary>
    NotSupported,
}

/// <summary>A refusal or failure of the store.</summary>
public sealed class StoreException(StoreError error, string message, Exception? inner = null) : Exception(message, inner)
{
    public StoreError Error => error;
}
