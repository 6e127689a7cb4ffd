package dev.offload;

/**
 * The scope has ended, or is being cancelled or shut down, and takes no new work.
 *
 * @since 0.1
 */
public final class ScopeClosedException extends OffloadRejectedException {
  private static final long serialVersionUID = 1L;

  /**
   * Made by the library.
   *
   * @param scopeName the name of the scope
   */
  public ScopeClosedException(String scopeName) {
    super("scope '" + scopeName + "' is closed and takes no new work", RejectReason.SCOPE_CLOSED);
  }

  /**
   * Made by the library, for a scope whose time was over.
   *
   * @param timeout what the scope was cancelled by
   */
  public ScopeClosedException(OffloadTimeoutException timeout) {
    super(timeout.getMessage() + "; it takes no new work", RejectReason.SCOPE_CLOSED);
  }
}
