package dev.llmops.eval.text;

import dev.llmops.eval.internal.LinearText;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A unit of measure: what it measures, and how many base units one is. Factors are those of the SI
 * brochure (9th edition) and of the international yard and pound (1959); Chinese ones those of the
 * market system of 1930, exact.
 *
 * @param dimension what it measures, such as length; a currency is a dimension of its own
 * @param factor base units in one
 * @param offset base units at zero, for temperatures
 */
record Unit(String dimension, BigDecimal factor, BigDecimal offset) {

  private static final int MAX_NAME = 20;

  private static final Map<String, Unit> BY_NAME = table();

  /** A unit that stands in a text. */
  record Found(Unit unit, int end) {}

  /** The value in base units. */
  BigDecimal toBase(BigDecimal value) {
    return value.multiply(factor).add(offset);
  }

  static @Nullable Unit currency(char sign) {
    return switch (sign) {
      case '$' -> money("USD");
      case '€' -> money("EUR");
      case '£' -> money("GBP");
      case '₹' -> money("INR");
      case '₩' -> money("KRW");
      case '₽' -> money("RUB");
      // yuan or yen: nobody can tell
      default -> null;
    };
  }

  /** The unit that follows at this index, after at most one space; the longest name wins. */
  static @Nullable Found at(String text, int index) {
    int from = index < text.length() && text.charAt(index) == ' ' ? index + 1 : index;
    int end = from;
    while (end < text.length() && end - from < MAX_NAME && isUnitPart(text.charAt(end))) {
      end++;
    }
    boolean latin = from < end && text.charAt(from) < 0x250;
    for (int to = end; to > from; to--) {
      if (latin
          && to < text.length()
          && Character.isLetter(text.charAt(to))
          && text.charAt(to) < 0x250
          && Character.isLetter(text.charAt(to - 1))) {
        continue;
      }
      String name = text.substring(from, to);
      Unit unit = BY_NAME.get(name);
      if (unit == null && name.length() > 2) {
        unit = BY_NAME.get(LinearText.lower(name));
      }
      if (unit != null) {
        return new Found(unit, to);
      }
    }
    return null;
  }

  private static boolean isUnitPart(char c) {
    return Character.isLetter(c)
        || c == '/'
        || c == '°'
        || c == '²'
        || c == '³'
        || c == '^'
        || c == '2'
        || c == '3';
  }

  private static Unit money(String code) {
    return new Unit("money in " + code, BigDecimal.ONE, BigDecimal.ZERO);
  }

  private static Map<String, Unit> table() {
    Map<String, Unit> all = new TreeMap<>();
    put(all, "length", "0.001", "mm millimeter millimeters millimetre millimetres 毫米");
    put(all, "length", "0.01", "cm centimeter centimeters centimetre centimetres 厘米 公分");
    put(all, "length", "1", "m meter meters metre metres 米 公尺");
    put(all, "length", "1000", "km kilometer kilometers kilometre kilometres 千米 公里");
    put(all, "length", "500", "里");
    put(all, "length", "0.0254", "inch inches 英寸");
    put(all, "length", "0.3048", "ft foot feet 英尺");
    put(all, "length", "0.9144", "yd yard yards 码");
    put(all, "length", "1609.344", "mi mile miles 英里");
    put(all, "mass", "0.000001", "mg milligram milligrams 毫克");
    put(all, "mass", "0.001", "g gram grams 克");
    put(all, "mass", "1", "kg kilogram kilograms kilo kilos 千克 公斤");
    put(all, "mass", "0.5", "斤");
    put(all, "mass", "1000", "tonne tonnes 吨");
    put(all, "mass", "0.028349523125", "oz ounce ounces 盎司");
    put(all, "mass", "0.45359237", "lb lbs pound pounds 磅");
    put(all, "time", "0.001", "ms millisecond milliseconds 毫秒");
    put(all, "time", "1", "s sec secs second seconds 秒");
    put(all, "time", "60", "min mins minute minutes 分钟");
    put(all, "time", "3600", "h hr hrs hour hours 小时");
    put(all, "time", "86400", "day days 天");
    put(all, "time", "604800", "week weeks 周 星期");
    put(all, "volume", "0.001", "ml mL milliliter milliliters millilitre millilitres 毫升");
    put(all, "volume", "1", "l L liter liters litre litres 升");
    put(all, "volume", "3.785411784", "gal gallon gallons 加仑");
    put(all, "area", "1", "m² m^2 m2 平方米");
    put(all, "area", "1000000", "km² km^2 km2 平方公里 平方千米");
    put(all, "area", "10000", "ha hectare hectares 公顷");
    put(all, "speed", "3.6", "m/s");
    put(all, "speed", "1", "km/h kph");
    put(all, "speed", "1.609344", "mph");
    Unit celsius = new Unit("temperature", BigDecimal.ONE, new BigDecimal("273.15"));
    all.put("°C", celsius);
    all.put("℃", celsius);
    all.put("摄氏度", celsius);
    // 5/9 to 20 places, so that 32 °F is 0 °C to 18
    Unit fahrenheit =
        new Unit(
            "temperature",
            new BigDecimal("0.55555555555555555556"),
            new BigDecimal("255.37222222222222222208"));
    all.put("°F", fahrenheit);
    all.put("华氏度", fahrenheit);
    for (String name : "dollar dollars USD 美元".split(" ", -1)) {
      all.put(name, money("USD"));
    }
    for (String name : "euro euros EUR 欧元".split(" ", -1)) {
      all.put(name, money("EUR"));
    }
    for (String name : "yuan RMB CNY 元 人民币".split(" ", -1)) {
      all.put(name, money("CNY"));
    }
    for (String name : "yen JPY 日元".split(" ", -1)) {
      all.put(name, money("JPY"));
    }
    return all;
  }

  private static void put(Map<String, Unit> all, String dimension, String factor, String names) {
    Unit unit = new Unit(dimension, new BigDecimal(factor), BigDecimal.ZERO);
    for (String name : names.split(" ", -1)) {
      if (all.put(Objects.requireNonNull(name), unit) != null) {
        throw new IllegalStateException("unit " + name + " is listed twice");
      }
    }
  }
}
