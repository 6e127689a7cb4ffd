package dev.offload.benchmarks.report;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The blocks of a page, one for each machine, and in each a part with the ratios and one on growth.
 * What nothing new was measured for stays as it was written before: the blocks of other machines,
 * and the part of the other sort.
 */
final class Page {
  private static final String MACHINE = "## Machine: ";
  private static final Pattern BLOCK = Pattern.compile("\n" + MACHINE + "(.+)\n");

  private final Map<String, Block> blocks = new LinkedHashMap<>();

  /**
   * What is said of one machine.
   *
   * @param ratios of all its runs; empty if there are none
   * @param growth of all its runs; empty if there are none
   */
  private record Block(String ratios, String growth) {
    static final Block EMPTY = new Block("", "");

    static Block of(String text) {
      int growth = text.indexOf("\n" + GrowthPart.TITLE + "\n");
      return growth < 0
          ? new Block(text, "")
          : new Block(text.substring(0, growth), text.substring(growth));
    }
  }

  /** The blocks of a page that was written before, or none of an empty one. */
  Page(String text) {
    String[] parts = BLOCK.split(text, -1);
    int part = 1; // before the first block stands what is the same for all
    for (String machine : BLOCK.matcher(text).results().map(each -> each.group(1)).toList()) {
      blocks.put(machine, Block.of(parts[part]));
      part++;
    }
  }

  void ratios(String machine, String text) {
    blocks.put(machine, new Block(text, block(machine).growth()));
  }

  void growth(String machine, String text) {
    blocks.put(machine, new Block(block(machine).ratios(), text));
  }

  private Block block(String machine) {
    return blocks.getOrDefault(machine, Block.EMPTY);
  }

  /** All blocks. */
  String text() {
    StringBuilder text = new StringBuilder();
    blocks.forEach(
        (machine, block) ->
            text.append("\n" + MACHINE)
                .append(machine)
                .append('\n')
                .append(block.ratios())
                .append(block.growth()));
    return text.toString();
  }
}
