/**
 * What a call cost: dated price tables. Start with {@link dev.llmops.cost.PriceTable}. An unknown
 * model has no cost, never a cost of 0.
 */
@NullMarked
package dev.llmops.cost;

import org.jspecify.annotations.NullMarked;
