package dev.eider.warehouse.statement;

import dev.eider.warehouse.write.AppendReceipt;
import java.util.Optional;

/** What an update did: the rows it changed (0 for definitions), and the receipt if it appended any. Immutable. */
public record UpdateResult(long rows, Optional<AppendReceipt> receipt) {}
