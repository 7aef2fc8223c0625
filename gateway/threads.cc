#include "gateway/threads.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include "services/common/process.h"

namespace reglab::gateway {
namespace {

struct Current {
  const void* threads = nullptr;
  int number = -1;
};
thread_local Current current_thread;

}  // namespace

struct Threads::One {
  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type>
      guard = boost::asio::make_work_guard(context);
  std::thread thread;
};

struct Threads::State {
  std::vector<std::unique_ptr<One>> all;
};

Threads::Threads(int count) : state_(std::make_unique<State>()) {
  for (int i = 0; i < std::max(1, count); ++i) {
    One& one = *state_->all.emplace_back(std::make_unique<One>());
    one.thread = std::thread([this, i, &one] {
      current_thread = {this, i};
      while (true) {
        try {
          one.context.run();
          return;
        } catch (const std::exception& failure) {
          LogError("thread_exception", {{"what", failure.what()}});
        }
      }
    });
  }
}

Threads::~Threads() { Stop(); }

int Threads::size() const { return int(state_->all.size()); }

boost::asio::io_context& Threads::context(int number) {
  return state_->all[size_t(number)]->context;
}

int Threads::current() const {
  return current_thread.threads == this ? current_thread.number : -1;
}

void Threads::Stop() {
  for (auto& one : state_->all) {
    one->context.stop();
    if (one->thread.joinable()) one->thread.join();
  }
}

}  // namespace reglab::gateway
