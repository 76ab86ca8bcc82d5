package dev.eider.cli.client;

import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.pojo.Schema;

/** Takes what is committed to a followed table. Called by one thread; holds no vector longer than a call. */
public interface FollowReceiver {

    /** Learns the columns, at the beginning and whenever they have changed. */
    void start(Schema schema);

    /** Takes rows of one commit or of several neighbouring ones. */
    void batch(List<FieldVector> columns, int rows);

    /** Learns that everything up to a snapshot was handed out: following from there misses nothing and repeats nothing. */
    void committed(long snapshotId);

    /** Learns that the connection was lost, and will be made again. */
    void reconnecting(String reason);
}
