package dev.eider.warehouse.scan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Types.StructType;
import org.apache.iceberg.util.StructLikeWrapper;

/** Collects the distinct partitions of a manifest. Confined to one thread. */
final class Partitions {
    private final Map<StructLikeWrapper, Integer> indexes = new HashMap<>();
    private final List<StructLike> values = new ArrayList<>();
    private final StructLikeWrapper wrapper;

    Partitions(StructType type) {
        this.wrapper = StructLikeWrapper.forType(type);
    }

    /** Returns the index of a partition; nobody may change it any more. */
    int indexOf(StructLike partition) {
        Integer index = indexes.get(wrapper.set(partition));
        if (index == null) {
            index = values.size();
            indexes.put(wrapper.copyFor(partition), index);
            values.add(partition);
        }
        return index;
    }

    /** Returns each distinct one at its index. */
    List<StructLike> values() {
        return values;
    }
}
