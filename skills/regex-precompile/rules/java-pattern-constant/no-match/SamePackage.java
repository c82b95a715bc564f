package com.example.shapes;

class SamePackage {
  boolean fits(String shape) {
    return Pattern.compile("a+").fits(shape);
  }
}
