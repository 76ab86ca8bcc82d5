package dev.eider.warehouse.scan;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;

/** Another's files, which remembers what was read, and loses some for a while. */
final class CountingFileIO implements FileIO {
    private final FileIO files;
    private final List<String> reads = new CopyOnWriteArrayList<>();
    private final AtomicInteger lost = new AtomicInteger();

    CountingFileIO(FileIO files) {
        this.files = files;
    }

    /** Returns what was read since this was asked last. */
    List<String> reads() {
        List<String> copy = List.copyOf(reads);
        reads.clear();
        return copy;
    }

    void loseNext(int count) {
        lost.set(count);
    }

    @Override
    public InputFile newInputFile(String path) {
        reads.add(path);
        if (lost.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new NotFoundException("%s is lost", path);
        }
        return files.newInputFile(path);
    }

    @Override
    public OutputFile newOutputFile(String path) {
        return files.newOutputFile(path);
    }

    @Override
    public void deleteFile(String path) {
        files.deleteFile(path);
    }
}
