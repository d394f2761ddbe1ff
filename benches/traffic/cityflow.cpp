// Runs CityFlow on a configuration for the benchmark of its rules:
//   g++ -std=c++11 -O2 -DNDEBUG -DRAPIDJSON_HAS_STDSTRING=1 -I CITYFLOW/src -I RAPIDJSON/include -I CITYFLOW/extern/milo
//       CITYFLOW/src/*/*.cpp benches/traffic/cityflow.cpp -lpthread -o cityflow
#include "engine/engine.h"
#include <ctime>
#include <iostream>
#include <unistd.h>

int main(int, char **words) {
    CityFlow::Engine engine(words[1], 1);
    long long steps = 0;
    auto begin = clock();
    for (int second = 0; second < 3600; second++) {
        engine.nextStep();
        steps += engine.getVehicleCount();
    }
    double cpu = double(clock() - begin) / CLOCKS_PER_SEC;
    std::cout << "{\"travel_time\": " << engine.getAverageTravelTime() << ", \"vehicle_steps\": " << steps
              << ", \"cpu_seconds\": " << cpu << ", \"running\": " << engine.getVehicleCount() << "}" << std::endl;
    _exit(0); // Its threads do not end by themselves.
}
