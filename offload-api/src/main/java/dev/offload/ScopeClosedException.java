package dev.offload;

/**
 * The scope has ended, or is being cancelled or shut down, and takes no new work.
 *
 * @since 0.1
 */
public final class ScopeClosedException extends OffloadRejectedException {
  private static final long serialVersionUID = 1L;

  /**
   * Created by the library.
   *
   * @param scopeName the name of the scope
   */
  public ScopeClosedException(String scopeName) {
    super("scope '" + scopeName + "' is closed and takes no new work", RejectReason.SCOPE_CLOSED);
  }

  /**
   * Created by the library, for a scope that timed out.
   *
   * @param timeout the exception of the time limit that cancelled the scope
   */
  public ScopeClosedException(OffloadTimeoutException timeout) {
    super(timeout.getMessage() + "; it takes no new work", RejectReason.SCOPE_CLOSED);
  }
}
