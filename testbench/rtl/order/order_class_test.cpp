// order_class: the latency class of an order is what its triggering message did.
#include <gtest/gtest.h>

#include "Vorder_class.h"

namespace {

TEST(OrderClass, IsTheOperationOfTheTriggeringMessage) {
  Vorder_class top;
  const auto class_of = [&top](char type) {
    top.msg_type_i = static_cast<unsigned char>(type);
    top.eval();
    return static_cast<unsigned>(top.class_o);
  };
  EXPECT_EQ(class_of('A'), 1u);
  EXPECT_EQ(class_of('F'), 1u);
  EXPECT_EQ(class_of('E'), 2u);
  EXPECT_EQ(class_of('C'), 2u);
  EXPECT_EQ(class_of('X'), 3u);
  EXPECT_EQ(class_of('D'), 4u);
  EXPECT_EQ(class_of('U'), 5u);
  EXPECT_EQ(class_of('P'), 6u);
  EXPECT_EQ(class_of('S'), 0u);
}

}  // namespace
